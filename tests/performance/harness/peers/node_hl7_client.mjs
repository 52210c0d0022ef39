// node-hl7-client: node node_hl7_client.mjs PORT MESSAGEFILE CONNECTIONS SECONDS. The next message goes out from the
// callback of the last one's answer; MSA-1 and MSA-2 are checked here.
import fs from 'node:fs';
import { Client, Message } from 'node-hl7-client';
const [port, file, connections, seconds] = [+process.argv[2], process.argv[3], +process.argv[4], +process.argv[5]];
const text = fs.readFileSync(file).subarray(1, -2).toString();
let number = 0, good = 0, wrong = 0;
const began = process.hrtime.bigint();
const until = Date.now() + seconds * 1000;
setTimeout(() => {
  const lasted = Number(process.hrtime.bigint() - began) / 1e9;
  const used = process.cpuUsage();
  console.log(JSON.stringify({ messages: good, rate: good / lasted, cpu_us: (used.user + used.system) / Math.max(good, 1), wrong }));
  process.exit(0);
}, seconds * 1000);
for (let i = 0; i < connections; i++) {
  let expected = '';
  const client = new Client({ host: '127.0.0.1' });
  const line = client.createConnection({ port }, async (answer) => {
    const msa = answer.getMessage();
    if (msa.get('MSA.1').toString() === 'AA' && msa.get('MSA.2').toString() === expected) good++;
    else wrong++;
    if (Date.now() < until) setImmediate(send);
  });
  const send = () => {
    expected = String(++number).padStart(12, '0');
    line.sendMessage(new Message({ text: text.replace('000000000000', expected) })).catch(() => { wrong++; });
  };
  line.once('connect', send);
}
