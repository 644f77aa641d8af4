setInterval(() => undefined, 1_000);
await new Promise(() => undefined);
export function never() {}
