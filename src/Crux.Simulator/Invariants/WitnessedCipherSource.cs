using System.Buffers.Binary;
using Crux.Machines;
using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Invariants;

/// <summary>Makes ciphers as another source does, and sees to it that no key meets a nonce twice: over all nodes and all their lives.</summary>
internal sealed class WitnessedCipherSource(IFrameCipherSource inner, Action<string> tell) : IFrameCipherSource
{
    private readonly Dictionary<UInt128, SealLedger> _ledgers = [];

    public IFrameCipher Create(ReadOnlySpan<byte> key)
    {
        var (high, low) = (0UL, 1UL);
        for (var rest = key; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            (high, low) = (Mix.Two(high, word), Mix.Two(low, word));
        }
        return new WitnessedCipher(inner.Create(key), this, new UInt128(high, low));
    }

    public SealLedger LedgerOf(UInt128 key)
    {
        if (!_ledgers.TryGetValue(key, out var ledger))
            _ledgers.Add(key, ledger = new SealLedger());
        return ledger;
    }

    public void TellRepeated(ReadOnlySpan<byte> nonce) => tell($"A key sealed a second frame with nonce {Convert.ToHexString(nonce)}.");
}
