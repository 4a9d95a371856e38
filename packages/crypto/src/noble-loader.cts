// CommonJS, the one file of it here: `require` loads at once what `import` would load at start or by promise,
// and unlike createRequire it is followed by bundlers. noble.ts gives each of these its types.
exports.edwards = () => require('@noble/curves/abstract/edwards.js')
exports.ed25519 = () => require('@noble/curves/ed25519.js')
exports.ed448 = () => require('@noble/curves/ed448.js')
exports.nist = () => require('@noble/curves/nist.js')
exports.secp256k1 = () => require('@noble/curves/secp256k1.js')
exports.brainpool = () => require('@noble/curves/misc.js')
exports.mlDsa = () => require('@noble/post-quantum/ml-dsa.js')
exports.chacha = () => require('@noble/ciphers/chacha.js')
exports.ff1 = () => require('@noble/ciphers/ff1.js')
exports.argon2 = () => require('@noble/hashes/argon2.js')
