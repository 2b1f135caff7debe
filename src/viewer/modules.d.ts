/** Made of `report.schema.json` when the viewer is built: a page whose policy forbids `eval` cannot compile a schema. */
declare module 'virtual:report-validator' {
  interface Validate {
    (value: unknown): boolean;
    errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
  }
  const validate: Validate;
  export default validate;
}

/** What workers of a browser have, and Node does not: reading that waits. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}
