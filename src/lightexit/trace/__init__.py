# SPDX-License-Identifier: Apache-2.0
"""The device accesses of any VM on this host, as KVM's tracepoints tell them: counted, named,
recorded and replayed."""
