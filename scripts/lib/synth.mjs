/**
 * A lavfi source of music: four chords of plucked strings, two seconds each, over and over.
 * @param {number} seconds
 */
export function chords(seconds) {
  const progression = [
    [130.81, 261.63, 329.63, 392.0],
    [110.0, 220.0, 261.63, 329.63],
    [87.31, 174.61, 220.0, 261.63],
    [98.0, 196.0, 246.94, 293.66],
  ];
  // Each string is struck a quarter of a second after the one below it and rings out.
  const string = (hertz, index) => {
    const age = `(mod(t,2)-${index * 0.25})`;
    return `gte(${age},0)*exp(-1.6*max(0,${age}))*(sin(2*PI*${hertz}*t)+0.3*sin(4*PI*${hertz}*t))`;
  };
  const chord = (hertz) => `0.16*(${hertz.map(string).join('+')})`;
  const now = `mod(floor(t/2),${progression.length})`;
  const sum = progression.map((hertz, index) => `eq(${now},${index})*${chord(hertz)}`).join('+');
  return `aevalsrc=exprs='${sum}':sample_rate=48000:duration=${seconds}`;
}

/**
 * A lavfi source of something that sounds a little like speech: a low voice in syllables, with two moving formants.
 * @param {number} seconds
 */
export function murmur(seconds) {
  const syllables = 'pow(abs(sin(PI*4.3*t)),0.7)';
  const pitch = '(125*t+2.2*sin(2*PI*0.6*t))';
  const voice = [1, 2, 3, 4, 5, 6, 8, 9, 18, 19]
    .map(
      (harmonic) =>
        `${(0.3 / Math.sqrt(harmonic)).toFixed(3)}*(1+0.8*sin(2*PI*(1+0.21*${harmonic})*t))*sin(2*PI*${harmonic}*${pitch})`,
    )
    .join('+');
  return `aevalsrc=exprs='0.35*${syllables}*(${voice})':sample_rate=48000:duration=${seconds}`;
}
