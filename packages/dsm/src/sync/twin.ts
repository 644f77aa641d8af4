/** The `async` of a synchronisation object, by which that object can be found again when the twin travels in an image. */
export abstract class Twin {
  readonly #of: object;

  constructor(of: object) {
    this.#of = of;
  }

  /** Whose twin a value is; undefined if it is none. */
  static of(value: object): object | undefined {
    return #of in value ? value.#of : undefined;
  }
}
