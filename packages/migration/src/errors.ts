import { IslesError } from "@isles/base";

/**
 * Something alive in a process cannot move: a construct that the compiler refuses, or a value that only exists here.
 * `where` is the place in the source (`file:line:column`) or the path to the value.
 */
export class MigrationError extends IslesError {
  readonly where: string;

  constructor(where: string, message: string, options?: ErrorOptions) {
    super("CANNOT_MIGRATE", `${where}: ${message}`, options);
    this.where = where;
  }
}
