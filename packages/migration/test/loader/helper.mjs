export function* countdown(log, n) {
  const counter = { left: n };
  while (counter.left > 0) {
    log(counter.left);
    yield counter.left--;
  }
  return "done";
}

export function* thrower(log) {
  const at = (value) => value.length;
  log("a");
  const breaks = (value) => [1, at(value)];
  for (const item of breaks(undefined)) yield item;
}
