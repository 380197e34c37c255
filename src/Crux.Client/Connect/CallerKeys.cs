using System.Security.Cryptography;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Connect;

/// <summary>
/// The keys that this process calls with: one for each name of its own and each endpoint, made when it is first needed and shared by
/// all channels. Thread-safe.
/// </summary>
internal sealed class CallerKeys(ReeveLink link)
{
    /// <summary>Keys kept; the one used longest ago goes first, and is made anew where it is needed again.</summary>
    public const int MaxKeys = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Use, Kept> _kept = [];
    private long _uses;

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _kept.Count;
        }
    }

    /// <summary>The key for one endpoint.</summary>
    /// <param name="name">What the process is called.</param>
    /// <param name="destination">The pin of the endpoint, hexadecimal.</param>
    /// <param name="life">Grows when another node vouches for this process.</param>
    /// <param name="generation">Which generation it is to be of.</param>
    /// <exception cref="Grpc.Core.RpcException">The reeve is away, or doesn't sign; ask again.</exception>
    public Task<SignedKey> GetAsync(string name, string destination, int life, ulong generation)
    {
        var use = new Use(name, destination);
        lock (_lock)
        {
            if (!_kept.TryGetValue(use, out var kept) || !kept.Serves(life, generation))
            {
                if (_kept.Count >= MaxKeys && !_kept.ContainsKey(use))
                    _kept.Remove(_kept.MinBy(pair => pair.Value.LastUse).Key);
                _kept[use] = kept = new Kept(MakeAsync(name, destination), life);
            }
            kept.LastUse = ++_uses;
            return kept.Key;
        }
    }

    private async Task<SignedKey> MakeAsync(string name, string destination)
    {
        // Off the lock that the caller holds.
        await Task.Yield();
        // Not disposed: the certificate goes on using it, and both are the collector's in the end.
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return await SignedKey.AskAsync(
            link, key, new EnrollRequest { Service = name, Destination = ByteString.CopyFrom(Convert.FromHexString(destination)) }, CancellationToken.None);
    }

    private readonly record struct Use(string Name, string Destination);

    private sealed class Kept(Task<SignedKey> key, int life)
    {
        public Task<SignedKey> Key => key;

        public long LastUse { get; set; }

        // One that is being signed is as new as one that would be asked for now.
        public bool Serves(int newestLife, ulong generation) =>
            life == newestLife && (!key.IsCompleted || (key.IsCompletedSuccessfully && key.Result.Generation >= generation));
    }
}
