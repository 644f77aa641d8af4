import {
  checkWords,
  type KernelAnswer,
  type KernelArgs,
  privateTable,
  problemOf,
  runKernel,
  type Team,
  WORDS_PROBLEMS,
  wordsSerially,
  wordsText,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("words", WORDS_PROBLEMS, args.size);
  const text = wordsText(problem);
  const table = privateTable(problem.distinct);
  return runKernel(team, "words", args, {
    reset: () => table.clear(),
    compute: () => wordsSerially(text, table),
    check: () => checkWords(problem, [table]),
  });
}
