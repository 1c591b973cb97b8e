/**
 * How loud a fade is on its way from silence to the whole, by the names of ffmpeg's `afade`: LINEAR is `tri`, EQUAL_POWER `qsin`, S_CURVE `hsin`, EXPONENTIAL `exp`,
 * LOGARITHMIC `log`.
 */
export type FadeCurve = 'LINEAR' | 'EQUAL_POWER' | 'S_CURVE' | 'EXPONENTIAL' | 'LOGARITHMIC';
