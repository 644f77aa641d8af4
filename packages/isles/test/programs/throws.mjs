export function never() {}
throw new RangeError("thrown while loading", { cause: new TypeError("the reason") });
