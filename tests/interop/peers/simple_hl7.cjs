// simple-hl7 as its README shows. Argument: the port.
const hl7 = require('simple-hl7')

const app = hl7.tcp()
app.use((request, response) => response.end())
app.use((error, request, response, next) => {
  response.ack.getSegment('MSA').setField(1, 'AR')
  response.end()
})
app.start(Number(process.argv[2]))
