/**
 * Factors of red, green and blue by which white looks as in light of a temperature; the largest is 1, so that nothing is clipped. At 6500 K all are 1.
 * @param kelvins 1,000 to 40,000.
 */
export function temperatureGains(kelvins: number): readonly [number, number, number] {
  const [light, neutral] = [blackBody(kelvins), blackBody(6500)];
  const gains = light.map((value, i) => value / (neutral[i] ?? 1));
  const largest = Math.max(...gains);
  const [r = 1, g = 1, b = 1] = gains.map((gain) => gain / largest);
  return [r, g, b];
}

/** The colour of a black body in coded sRGB, 0 to 1: Tanner Helland's curves through Mitchell Charity's table. */
function blackBody(kelvins: number): readonly number[] {
  const hundreds = kelvins / 100;
  const isWarm = hundreds <= 66;
  const red = isWarm ? 255 : 329.698727446 * (hundreds - 60) ** -0.1332047592;
  const green = isWarm
    ? 99.4708025861 * Math.log(hundreds) - 161.1195681661
    : 288.1221695283 * (hundreds - 60) ** -0.0755148492;
  const blue = hundreds >= 66 ? 255 : hundreds <= 19 ? 0 : 138.5177312231 * Math.log(hundreds - 10) - 305.0447927307;
  return [red, green, blue].map((value) => Math.min(255, Math.max(0, value)) / 255);
}
