/**
 * Tests read what commands print, so commands must think that nobody watches: a terminal's colours end here.
 * (`npm test` forces colours on its own tools when a person is watching, and their children inherit that.)
 */
delete process.env.FORCE_COLOR;
