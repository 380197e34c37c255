using System.Buffers.Binary;
using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Invariants;

/// <summary>A cipher whose nonces are written down.</summary>
internal sealed class WitnessedCipher(IFrameCipher inner, WitnessedCipherSource source, UInt128 key) : IFrameCipher
{
    private SealLedger? _ledger;

    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, Span<byte> text, Span<byte> tag)
    {
        _ledger ??= source.LedgerOf(key);
        if (!_ledger.Take(((UInt128)BinaryPrimitives.ReadUInt32BigEndian(nonce) << 64) | BinaryPrimitives.ReadUInt64BigEndian(nonce[sizeof(uint)..])))
            source.TellRepeated(nonce);
        inner.Seal(nonce, associated, text, tag);
    }

    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text) =>
        inner.TryOpen(nonce, associated, sealedText, tag, text);

    public void Dispose() => inner.Dispose();
}
