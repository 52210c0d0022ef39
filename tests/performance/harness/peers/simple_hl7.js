// simple-hl7's client: node simple_hl7.js PORT MESSAGEFILE CONNECTIONS SECONDS. MSA-1 and MSA-2 are checked here.
const fs = require('fs');
const hl7 = require('simple-hl7');
const [port, file, connections, seconds] = [+process.argv[2], process.argv[3], +process.argv[4], +process.argv[5]];
const text = fs.readFileSync(file).subarray(1, -2).toString();
const parser = new hl7.Parser({ segmentSeperator: '\r' });
let number = 0, good = 0, wrong = 0;
const began = process.hrtime.bigint();
const until = Date.now() + seconds * 1000;
function over() {
  const lasted = Number(process.hrtime.bigint() - began) / 1e9;
  const used = process.cpuUsage();
  console.log(JSON.stringify({ messages: good, rate: good / lasted, cpu_us: (used.user + used.system) / Math.max(good, 1), wrong }));
  process.exit(0);
}
setTimeout(over, seconds * 1000);
for (let i = 0; i < connections; i++) {
  const client = new (require('simple-hl7/lib/client/tcp-client.js'))({ host: '127.0.0.1', port, keepalive: true });
  const send = () => {
    const id = String(++number).padStart(12, '0');
    client.send(parser.parse(text.replace('000000000000', id)), (error, ack) => {
      if (!error && ack && ack.getSegment('MSA').getField(1) === 'AA' && ack.getSegment('MSA').getField(2) === id) good++;
      else wrong++;
      if (Date.now() < until) setImmediate(send); // not before the client has noted that it was answered
    });
  };
  send();
}
