import type { Source } from '../reader.js';

/** Whether a scene or element is there: its condition is not empty. Conditions are not computed; others hold, with a warning. */
export function conditionHolds(source: Source): boolean {
  const given = source.value('condition');
  if (given === undefined || given === true || given === 'true') return true;
  if (given === false || given === '' || given === 'false' || given === 0) {
    source.leaveOut('has a condition that does not hold; it is left out');
    return false;
  }
  source.warn('condition', 'is not computed; it holds');
  return true;
}
