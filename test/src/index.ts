/**
 * @isles/test: programs that the cross-package tests (../*.test.ts) let sites load.
 *
 * Node 20 cannot run TypeScript in a worker, so what a worker loads is built here, to dist/; the tests themselves are not.
 *
 * @packageDocumentation
 */
export {};
