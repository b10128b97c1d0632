"""Queries, keys and values as batch × length × heads × features; several queries' heads may share one of keys."""
import torch
import torch.nn.functional as F


def _attend(q, k, v):
    q, k, v = q.transpose(-3, -2), k.transpose(-3, -2), v.transpose(-3, -2)
    shared = q.shape[-3] // k.shape[-3]
    if shared > 1:
        k, v = k.repeat_interleave(shared, dim=-3), v.repeat_interleave(shared, dim=-3)
    return F.scaled_dot_product_attention(q, k, v).transpose(-3, -2)


def flash_attn_func(q, k, v, dropout_p=0.0, softmax_scale=None, causal=False, *args, **kwargs):
    return _attend(q, k, v)


def flash_attn_qkvpacked_func(qkv, dropout_p=0.0, softmax_scale=None, causal=False, *args, **kwargs):
    return _attend(qkv[:, :, 0], qkv[:, :, 1], qkv[:, :, 2])


def flash_attn_kvpacked_func(q, kv, dropout_p=0.0, softmax_scale=None, causal=False, *args, **kwargs):
    return _attend(q, kv[:, :, 0], kv[:, :, 1])


def _varlen(q, k, v, starts_q, starts_k, longest_q, longest_k):
    """Samples one behind the other, total length × heads × features; each attends to itself alone."""
    count = starts_q.shape[0] - 1
    if q.shape[0] == count * longest_q and k.shape[0] == count * longest_k:
        parts = [x.reshape(count, -1, x.shape[-2], x.shape[-1]) for x in (q, k, v)]
        return _attend(*parts).flatten(0, 1)
    of_q, of_k = starts_q.tolist(), starts_k.tolist()
    parts = [
        _attend(q[of_q[i] : of_q[i + 1]], k[of_k[i] : of_k[i + 1]], v[of_k[i] : of_k[i + 1]]) for i in range(count)
    ]
    return torch.cat(parts)


def flash_attn_varlen_func(
    q, k, v, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k, dropout_p=0.0, *args, **kwargs
):
    return _varlen(q, k, v, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k)


def flash_attn_varlen_kvpacked_func(
    q, kv, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k, dropout_p=0.0, *args, **kwargs
):
    return _varlen(q, kv[:, 0], kv[:, 1], cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k)


def flash_attn_varlen_qkvpacked_func(qkv, cu_seqlens, max_seqlen, dropout_p=0.0, *args, **kwargs):
    return _varlen(qkv[:, 0], qkv[:, 1], qkv[:, 2], cu_seqlens, cu_seqlens, max_seqlen, max_seqlen)


# Their names before version 2.
flash_attn_unpadded_func = flash_attn_varlen_func
flash_attn_unpadded_kvpacked_func = flash_attn_varlen_kvpacked_func
flash_attn_unpadded_qkvpacked_func = flash_attn_varlen_qkvpacked_func


def flash_attn_with_kvcache(q, k_cache, v_cache, k=None, v=None, *args, **kwargs):
    return _attend(q, k_cache, v_cache)
