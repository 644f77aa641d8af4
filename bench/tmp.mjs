import { launch } from "isles";
const c = await launch({program:"/work/main/bench/dist/programs/loops.program.js", sites:1});
for(let i=0;i<5;i++) { const t=await c.run(process.argv[2],{iterations:20},{site:0}); console.log(t.length, Array.from(t).map(x=>Math.round(x)).join(" ")); }
await c.close();
