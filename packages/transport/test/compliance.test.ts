import { threadAdapter, transportCompliance } from "@isles/testkit";
import { describe, it } from "vitest";

transportCompliance("ThreadPort", threadAdapter, { describe, it });
