"""Writes the records of an address as SAM: python3 read.py <url>"""
import sys

import pysam

with pysam.AlignmentFile(sys.argv[1], "rb") as reads:
    for record in reads.fetch(until_eof=True):
        print(record.to_string())
