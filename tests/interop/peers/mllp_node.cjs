// mllp-node as its README shows. Argument: the port.
const { MLLPServer } = require('mllp-node')

new MLLPServer('127.0.0.1', Number(process.argv[2]), () => {}).on('hl7', () => {})
