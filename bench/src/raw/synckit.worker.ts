/** What synckit calls. */
import { runAsWorker } from "synckit";

runAsWorker((n: number) => n + 1);
