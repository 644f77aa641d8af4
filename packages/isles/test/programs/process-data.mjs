// Written as a minifier writes it: under another name.
import { defineProcess as d, registerClass } from "isles";

class Holder {
  constructor(inner) {
    this.inner = inner;
  }
}
registerClass(Holder);

/** What of a process is one object stays one, also through instances of registered classes. */
export const shares = d(function* (site) {
  const inner = { a: 1 };
  const seen = () => inner;
  const [one, two] = [new Holder(inner), new Holder(inner)];
  two.seen = seen;
  two.self = two;
  const sites = [site.id];
  yield;
  sites.push(site.id);
  return { sites, same: [one.inner === inner, two.inner === inner, two.seen() === inner, two.self === two] };
});

/** Holds a long linked list at each of two yields. */
export const lists = d(function* (site, length) {
  let list = null;
  for (let value = 0; value < length; value++) list = { value, next: list };
  const sites = [site.id];
  yield;
  sites.push(site.id);
  yield;
  sites.push(site.id);
  let sum = 0;
  for (let at = list; at !== null; at = at.next) sum += at.value;
  return { sites, sum };
});
