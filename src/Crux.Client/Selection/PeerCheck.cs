using System.Security.Cryptography.X509Certificates;
using Crux.Client.Connect;

namespace Crux.Client.Selection;

/// <summary>
/// Whether whoever answers at an address is the instance that was meant: a node of the flock signed its key for that very instance, and
/// the registry names the key. So neither a steward that lies nor the thief of an old key can put something else in its place.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PeerCheck(Func<Offering> meant, TrustedNodes nodes)
{
    private readonly Lock _lock = new();
    private PeerStatement? _seen;

    /// <summary>Whether the certificate may be talked to.</summary>
    public bool Accepts(X509Certificate2 shown)
    {
        var offering = meant();
        if (PeerStatement.TryRead(shown, node => (node == offering.Node || nodes.Contains(node)) && !nodes.IsShutOut(node), out _) is not { } statement
            || !Serves(statement, offering.Instance) || nodes.Bans.Void(statement))
            return false;
        lock (_lock)
        {
            // Its successor counts too, by its node's signature alone: the steward's news of it may be late, and nothing else knows better.
            var isSuccessor = _seen is { } before && statement.Node == before.Node && statement.Generation > before.Generation;
            if (!offering.IsPinned(Convert.ToHexString(PinnedCertificate.PinOf(shown))) && !isSuccessor)
                return false;
            if (_seen is null || _seen.Node != statement.Node || _seen.Generation < statement.Generation)
                _seen = statement;
            return true;
        }
    }

    /// <summary>Whether an operator took back the key that was accepted.</summary>
    public bool IsVoid
    {
        get
        {
            lock (_lock)
                return _seen is { } seen && nodes.Bans.Void(seen);
        }
    }

    private static bool Serves(PeerStatement statement, string instance) => statement.Destination.IsEmpty && (statement.Service == instance || statement.Also.Contains(instance));
}
