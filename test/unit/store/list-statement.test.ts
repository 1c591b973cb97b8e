import { describe, expect, it } from 'vitest';
import { chooseDriver } from '../../../src/store/sqlite/list-statement.js';

const label = (value: string) => ({ key: 'k', value, equal: true });

describe('the condition that leads a list', () => {
  /** So many tasks have a label of each value. */
  function choose(sizes: Readonly<Record<string, number>>): { readonly leading: unknown; readonly counted: number } {
    let counted = 0;
    const driver = chooseDriver(
      {
        ...{ tenant: 't', limit: 50, order: 'newest-first', after: null },
        filter: { states: null, labels: Object.keys(sizes).map(label) },
      },
      (_sql, ...values) => {
        const n = Math.min(sizes[String(values[2])]!, Number(values.at(-1)));
        counted += n;
        return n;
      },
    );
    return { leading: driver && 'label' in driver ? driver.label.value : null, counted };
  }

  it('is the one that the fewest tasks fulfil, for which those of the others are not all counted', () => {
    expect(choose({ many: 500_000, few: 14 })).toEqual({ leading: 'few', counted: 114 });
    expect(choose({ many: 500_000, thousand: 1_000 })).toEqual({ leading: 'thousand', counted: 200 + 2_500 });
    expect(choose({ some: 9_000, many: 500_000 })).toMatchObject({ leading: 'some' });
  });

  it('is any where all have many', () => {
    expect(choose({ a: 500_000, b: 600_000 }).counted).toBeLessThanOrEqual(24_000);
  });
});
