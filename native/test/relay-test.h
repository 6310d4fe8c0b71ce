// The parts of the relay's test.
#pragma once

void test_packets();
void test_latches();
void test_receptions();
void test_port_pools();
void test_rtcp_privacy();
void test_packet_path();
void test_tones();
void test_memory();
void test_wire();
