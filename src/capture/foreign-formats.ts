/** Things that people hand over as captures, by their first bytes, and what to do with them. */
interface ForeignFormat {
  name: string;
  /** Latin-1 of the first bytes. */
  magics: readonly string[];
  /** What to do next; undefined where nothing can be done. */
  advice?: string;
}

const CONVERT = 'Convert it with `editcap -F pcapng FILE OUT`.';
const UNPACK = 'Unpack it first.';

const FOREIGN: readonly ForeignFormat[] = [
  { name: 'a Microsoft Network Monitor capture', magics: ['RTSS', 'GMBU'], advice: CONVERT },
  {
    name: 'an Ixia variant of pcap',
    magics: ['\x1c\x00\x01\xab', '\x1c\x00\x01\xac', '\xab\x01\x00\x1c', '\xac\x01\x00\x1c'],
    advice: CONVERT,
  },
  { name: 'a Sniffer capture', magics: ['TRSNIFF data', 'XCP\0'], advice: CONVERT },
  { name: 'an iptrace capture', magics: ['iptrace '], advice: CONVERT },
  { name: 'a Windows event trace (ETL)', magics: ['ElfFile'], advice: 'Convert it with etl2pcapng.' },
  { name: 'a bzip2 archive', magics: ['BZh'], advice: UNPACK },
  { name: 'an lz4 archive', magics: ['\x04\x22\x4d\x18'], advice: UNPACK },
  { name: 'a zip archive', magics: ['PK\x03\x04'], advice: UNPACK },
  { name: 'a 7-Zip archive', magics: ["7z\xbc\xaf'\x1c"], advice: UNPACK },
  { name: 'an ELF program', magics: ['\x7fELF'] },
  { name: 'a PDF document', magics: ['%PDF'] },
  { name: 'an image', magics: ['\x89PNG', '\xff\xd8\xff', 'GIF8'] },
  {
    name: 'a Git LFS pointer',
    magics: ['version https://git-lfs'],
    advice: 'Fetch the file with `git lfs pull`.',
  },
  { name: 'an HTML or XML page', magics: ['<'], advice: 'A download may have saved an error page.' },
  {
    name: 'JSON text',
    magics: ['{', '['],
    advice: 'lastack reads the capture itself, not a dissection of it.',
  },
];

const TEXT_ADVICE = 'lastack reads the capture itself (`tcpdump -w FILE`), not what tcpdump prints.';

/** How many bytes {@link describeForeign} likes to see. */
export const FOREIGN_MAGIC_LENGTH = 24;

/** One sentence on what the bytes are, when they are not a capture, and one on what to do next. */
export function describeForeign(head: Uint8Array): string {
  const text = latin1(head);
  const trimmed = text.replace(/^\xef\xbb\xbf/, '').trimStart();
  for (const { name, magics, advice } of FOREIGN) {
    if (magics.some((magic) => text.startsWith(magic) || trimmed.startsWith(magic))) {
      return `This is ${name}, not a pcap or pcapng capture.${advice === undefined ? '' : ` ${advice}`}`;
    }
  }
  if (/^[\t\n\r\x20-\x7e]+$/.test(trimmed))
    return `This is text, not a pcap or pcapng capture. ${TEXT_ADVICE}`;
  const magic = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `This is not a pcap or pcapng capture: it begins with the bytes ${magic}.`;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
