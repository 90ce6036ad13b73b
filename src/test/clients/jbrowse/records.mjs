// Writes records of a file as the first eleven columns of SAM.
export function print(file, reads) {
  const names = file.indexToChr.map((one) => one.refName);
  const nameOf = (index) => (index < 0 ? '*' : names[index]);
  const lines = [];
  for (const read of reads) {
    const mate = read.next_refid >= 0 && read.next_refid === read.ref_id ? '=' : nameOf(read.next_refid);
    const qual = read.qual === null ? '*' : String.fromCharCode(...read.qual.map((value) => value + 33));
    lines.push([
      read.name, read.flags, nameOf(read.ref_id), read.start + 1, read.mq ?? 255, read.CIGAR || '*',
      mate, read.next_pos + 1, read.template_length, read.seq || '*', qual,
    ].join('\t'));
  }
  process.stdout.write(lines.map((line) => line + '\n').join(''));
}
