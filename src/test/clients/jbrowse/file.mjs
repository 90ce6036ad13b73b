// Reads a region of an indexed BAM file as JBrowse does: node file.mjs <bam> <index> <reference> <start> <end>
import { BamFile } from '@gmod/bam';
import { print } from './records.mjs';

const [bamUrl, indexUrl, reference, start, end] = process.argv.slice(2);
const index = indexUrl.endsWith('.csi') ? { csiUrl: indexUrl } : { baiUrl: indexUrl };
const file = new BamFile({ bamUrl, ...index });
await file.getHeader();
print(file, await file.getRecordsForRange(reference, Number(start), Number(end)));
