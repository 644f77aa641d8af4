/** Checks a half-open range of elements; throws RangeError with the array, the range and the length. */
export function checkRange(name: string, start: number, end: number, length: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= length) return;
  throw new RangeError(
    `range ${String(start)} to ${String(end)} is not within shared array "${name}" of length ${length}`,
  );
}

/** A range as the methods of typed arrays take it: negative counts from the end, and what is outside is cut off. */
export function clampRange(start: number, end: number, length: number): [from: number, to: number] {
  const clamp = (at: number) => {
    const whole = Math.trunc(at) || 0;
    return whole < 0 ? Math.max(length + whole, 0) : Math.min(whole, length);
  };
  const from = clamp(start);
  return [from, Math.max(from, clamp(end))];
}
