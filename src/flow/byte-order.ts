/** Of the machine: typed arrays have its order, WebAssembly and files have this one. */
export const IS_LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
