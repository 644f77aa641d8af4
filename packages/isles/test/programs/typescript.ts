export function never(): void {}
