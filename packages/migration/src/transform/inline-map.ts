const comment = /\n?\/\/[#@] sourceMappingURL=data:application\/json[^,\n]*,([^\s]*)[ \t]*(?:\n|$)/g;

/** The source map in a module's last comment, as JSON text. */
export function inlineMapOf(text: string): string | undefined {
  const last = [...text.matchAll(comment)].at(-1);
  if (last === undefined) return undefined;
  const data = last[1]!;
  return /;base64,/.test(last[0]) ? Buffer.from(data, "base64").toString("utf8") : decodeURIComponent(data);
}

/** Without it: it describes another text than the one that will be written. */
export function withoutInlineMap(text: string): string {
  return text.replace(comment, "\n");
}
