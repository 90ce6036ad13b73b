// Reads a region as JBrowse does by htsget: node read.mjs <base> <id> <reference> <start> <end>
import { HtsgetFile } from '@gmod/bam';
import { print } from './records.mjs';

const [baseUrl, trackId, reference, start, end] = process.argv.slice(2);
const file = new HtsgetFile({ baseUrl, trackId });
await file.getHeader();
print(file, await file.getRecordsForRange(reference, Number(start), Number(end)));
