/** What the bench runs natively and compiled. */
export function* counts() {
  let i = 0;
  while (true) {
    i++;
    yield i;
  }
}

/** A loop that works and seldom stops. */
export function* walks(length) {
  let sum = 0;
  for (;;) {
    for (let i = 0; i < length; i++) {
      sum += i & 7;
      if (i % 1000 === 0) yield;
    }
    if (sum > 1e15) sum = 0;
  }
}

export function* nests() {
  yield* middle();
}

function* middle() {
  yield* counts();
}

export function* iterates(list) {
  for (;;) for (const item of list) yield item;
}

export function* guards() {
  let n = 0;
  for (;;) {
    try {
      yield n++;
    } finally {
      n++;
    }
  }
}
