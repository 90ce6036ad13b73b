"""Calls the service at the address of the first argument, for the dataset of the second, by the client that openapi-python-client
made of the contract: each operation of readers with its defaults. Ends with 1 and the answer where one is not what it should be.
"""

import sys

from client import Client
from client.api.datasets import count_reads, cover_dataset, describe_dataset, list_datasets, plan_reads
from client.api.files import bai_of_file, csi_of_file, file_of_reads
from client.api.htsget import post_read, reads_service_info, search_read_id
from client.api.streams import stream_reads, stream_regions
from client.models import RegionsRequest, RegionsRequestRegionsType0Item, SearchReadIdFormat


def right(name, answer, status=200):
    if answer.status_code != status:
        sys.exit(f"{name}: {answer.status_code} {answer.content[:500]}")
    return answer


client = Client(base_url=sys.argv[1])
dataset, reference = sys.argv[2], sys.argv[3]
right("service-info", reads_service_info.sync_detailed(client=client))
listed = right("list", list_datasets.sync_detailed(client=client)).parsed
assert dataset in [one.id for one in listed.datasets], listed
described = right("describe", describe_dataset.sync_detailed(dataset, client=client)).parsed
assert described.id == dataset, described
counted = right("count", count_reads.sync_detailed(dataset, client=client)).parsed
assert counted.records == described.records, (counted, described)
right("plan", plan_reads.sync_detailed(dataset, client=client))
right("coverage", cover_dataset.sync_detailed(dataset, client=client, reference_name=reference))
ticket = right("ticket", search_read_id.sync_detailed(dataset, client=client)).parsed
right("ticket of BAM", search_read_id.sync_detailed(dataset, client=client, format_=SearchReadIdFormat.BAM))
right("stream", stream_reads.sync_detailed(dataset, client=client))
right("sample", stream_reads.sync_detailed(dataset, client=client, bams3_subsample=0.00001, bams3_limit=5, bams3_sample=[]))
regions = RegionsRequest(regions=[RegionsRequestRegionsType0Item(reference_name=reference, start=0, end=1000)])
for body in (RegionsRequest(), regions):
    right("post", post_read.sync_detailed(dataset, client=client, body=body))
    right("post of a stream", stream_regions.sync_detailed(dataset, client=client, body=body))
right("file", file_of_reads.sync_detailed(dataset, client=client, range_="bytes=0-1023"), 206)
right("bai", bai_of_file.sync_detailed(dataset, client=client))
right("csi", csi_of_file.sync_detailed(dataset, client=client))
print(f"{dataset}: {counted.records} records, {len(ticket.htsget.urls)} addresses")
