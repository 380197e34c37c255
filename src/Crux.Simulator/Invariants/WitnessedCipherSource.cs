using System.Buffers.Binary;
using Crux.Machines;
using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Invariants;

/// <summary>Makes ciphers as another source does, and sees to it that no key meets a nonce twice: over all nodes and all their lives.</summary>
/// <remarks>Thread-safe as far as each key is one node's.</remarks>
internal sealed class WitnessedCipherSource(IFrameCipherSource inner, Action<string> tell) : IFrameCipherSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, SealLedger> _ledgers = [];

    public IFrameCipher Create(ReadOnlySpan<byte> key) => new WitnessedCipher(inner.Create(key), this, NameOf(key, 0));

    public IFrameCipher Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> purpose) =>
        new WitnessedCipher(inner.Derive(secret, purpose), this, NameOf(purpose, NameOf(secret, 1)));

    public SealLedger LedgerOf(UInt128 key)
    {
        lock (_gate)
        {
            if (!_ledgers.TryGetValue(key, out var ledger))
                _ledgers.Add(key, ledger = new SealLedger());
            return ledger;
        }
    }

    // Stands for a key, or for what it is derived from.
    private static UInt128 NameOf(ReadOnlySpan<byte> bytes, UInt128 seed)
    {
        var (high, low) = ((ulong)(seed >> 64), (ulong)seed + 1);
        for (var rest = bytes; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            (high, low) = (Mix.Two(high, word), Mix.Two(low, word));
        }
        return new UInt128(high, low);
    }

    public void TellRepeated(ReadOnlySpan<byte> nonce) => tell($"A key sealed a second frame with nonce {Convert.ToHexString(nonce)}.");
}
