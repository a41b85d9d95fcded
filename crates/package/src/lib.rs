//! A sealed dossier made a SIP of TT 05/2025/TT-BNV; SIPs made a batch.
