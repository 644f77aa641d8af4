/**
 * isles: launch(), the public face and the command line of Isles.
 *
 * No mechanism of its own: it wires the layers below together, and is the only importer of engines.
 *
 * @packageDocumentation
 */
export {};
