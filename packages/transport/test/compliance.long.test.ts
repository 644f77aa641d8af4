import { threadAdapter, transportCompliance } from "@isles/testkit";
import { describe, it } from "vitest";

const options = { messages: 50_000, rounds: 300_000, endpoints: 80, timeoutMs: 580_000 };
transportCompliance("ThreadPort, for long,", threadAdapter, { describe, it }, options);
