using System.Buffers.Binary;
using Crux.Machines.Flock.Keys;
using Crux.Simulator.Time;

namespace Crux.Simulator.Flock;

/// <summary>
/// Leaves the text as it is and makes tags that fit one key, nonce, associated data and text only. Real encryption costs several times
/// what the machine does.
/// </summary>
internal sealed class PlainFrameCipher : IFrameCipher
{
    private readonly ulong _key;

    public PlainFrameCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose = default)
    {
        var hash = new TraceHash();
        hash.Add(key);
        hash.Add(purpose);
        _key = hash.Value;
    }

    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, Span<byte> text, Span<byte> tag) => MakeTag(nonce, associated, text, tag);

    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text)
    {
        Span<byte> right = stackalloc byte[IFrameCipher.TagBytes];
        MakeTag(nonce, associated, sealedText, right);
        if (!tag.SequenceEqual(right))
            return false;
        sealedText.CopyTo(text);
        return true;
    }

    public void Dispose()
    {
    }

    private void MakeTag(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> tag)
    {
        var hash = new TraceHash();
        hash.Add(_key);
        hash.Add(nonce);
        hash.Add(associated);
        hash.Add(text);
        BinaryPrimitives.WriteUInt64LittleEndian(tag, hash.Value);
        hash.Add(_key);
        BinaryPrimitives.WriteUInt64LittleEndian(tag[sizeof(ulong)..], hash.Value);
    }
}
