/** A function whose result is made once for each object, and kept as long as that object. The object must not change. */
export function oncePerObject<Input extends object, Result extends string | number | object>(
  make: (input: Input) => Result,
): (input: Input) => Result {
  const made = new WeakMap<Input, Result>();
  return (input) => {
    const known = made.get(input);
    if (known !== undefined) return known;
    const result = make(input);
    made.set(input, result);
    return result;
  };
}
