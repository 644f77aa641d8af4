import { type Stub, withOptions } from "isles";
import { clusterOf, type RpcCluster } from "../clusters.ts";
import { ECHO, RIVALS, type RivalsService } from "../programs/rpc.program.ts";
import type { Echo } from "../raw/echo.ts";
import { Rivals } from "../raw/rivals.ts";

/** The launcher's thread and a site's, and every way from one to the other. */
export class CallPair implements AsyncDisposable {
  readonly cluster: RpcCluster;
  readonly rivals: Rivals;
  readonly echo: Stub<Echo>;

  private constructor(cluster: RpcCluster, rivals: Rivals) {
    this.cluster = cluster;
    this.rivals = rivals;
    this.echo = cluster.rpc.stub<Echo>(0, ECHO);
  }

  static async start(): Promise<CallPair> {
    const cluster = await clusterOf("rpc", 1);
    await cluster.runAll("serve", undefined);
    const rivals = new Rivals();
    const { farPorts } = rivals;
    await withOptions(cluster.rpc.stub<RivalsService>(0, RIVALS), { transfer: farPorts }).attach(...farPorts);
    return new CallPair(cluster, rivals);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.rivals[Symbol.dispose]();
    await this.cluster.close();
  }
}
