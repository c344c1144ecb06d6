"""A tiny model of random weights with a SentencePiece vocabulary of its own making.

    python tiny_spm.py

Made with gguf 0.19.0; writes tiny-spm.gguf here. Its answers " Yes" and " No" are one token each, and a
lone space is one too, so that a space too many shows.
"""

import gguf, numpy as np
sp='\u2581'
pieces=['<unk>','<s>','</s>']+[f'<0x{i:02X}>' for i in range(256)]
words=['No','Yes',sp+'No',sp+'Yes']
extra=[sp]+[c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;-()[]/<>'\"!?&|#"]
merge=['Ye','es',sp+'N',sp+'Y',sp+'Ye']
toks=pieces+words+merge+extra
n=len(toks); types=[2,3,3]+[6]*256+[1]*(n-259)
scores=[0.0]*259+[-float(i) for i in range(n-259)]
H,L,NH,KV,HD,I=64,2,4,2,16,96; rng=np.random.default_rng(1)
w=gguf.GGUFWriter('tiny-spm.gguf','llama'); w.add_context_length(2048); w.add_embedding_length(H); w.add_block_count(L); w.add_feed_forward_length(I); w.add_head_count(NH); w.add_head_count_kv(KV); w.add_layer_norm_rms_eps(1e-5); w.add_rope_dimension_count(HD); w.add_vocab_size(n)
w.add_tokenizer_model('llama'); w.add_token_list([t.encode() for t in toks]); w.add_token_scores(scores); w.add_token_types(types); w.add_bos_token_id(1); w.add_eos_token_id(2); w.add_unk_token_id(0)
m=lambda *s:(rng.standard_normal(s)*.1).astype(np.float32)
w.add_tensor('token_embd.weight',m(n,H)); w.add_tensor('output.weight',m(n,H)); w.add_tensor('output_norm.weight',np.ones(H,np.float32))
for l in range(L):
    p=f'blk.{l}.'
    for k,s in dict(attn_q=(NH*HD,H),attn_k=(KV*HD,H),attn_v=(KV*HD,H),attn_output=(H,NH*HD),ffn_gate=(I,H),ffn_up=(I,H),ffn_down=(H,I)).items(): w.add_tensor(p+k+'.weight',m(*s))
    for k in('attn_norm','ffn_norm'): w.add_tensor(p+k+'.weight',np.ones(H,np.float32))
w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
print('id of (space)No', toks.index(sp+'No'), ' id of lone (space)', toks.index(sp))
