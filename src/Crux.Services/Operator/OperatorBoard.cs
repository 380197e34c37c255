using System.Security.Cryptography.X509Certificates;
using Crux.Machines.Flock.Authority;

namespace Crux.Services.Operator;

/// <summary>Who may give orders and look, as this node knows it now: what connections from a distance hang on.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class OperatorBoard(ReadOnlyMemory<byte> rootKey)
{
    private readonly UInt128? _root = rootKey.IsEmpty ? null : OperatorRoster.KeyOf(rootKey.Span);
    private volatile OperatorRoster _roster = OperatorRoster.Empty;

    /// <summary>Raised after every change.</summary>
    public event Action? Changed;

    /// <summary>The operators beside the root key.</summary>
    public OperatorRoster Roster => _roster;

    /// <summary>Puts up who it is from now on.</summary>
    public void Show(OperatorRoster roster)
    {
        ArgumentNullException.ThrowIfNull(roster);
        if (roster.Operators.SequenceEqual(_roster.Operators))
            return;
        _roster = roster;
        Changed?.Invoke();
    }

    /// <summary>What the holder of a key may do; <see cref="OperatorRole.None"/> for a stranger's.</summary>
    public OperatorRole RoleOf(UInt128 key) => key == _root ? OperatorRole.Root : _roster.Find(key)?.Role ?? OperatorRole.None;

    /// <summary>What the holder of a key is called.</summary>
    public string NameOf(UInt128 key) => key == _root ? "root" : _roster.Find(key)?.Name ?? key.ToString("x32", null)[..8];

    /// <summary>What stands for the key that a certificate shows.</summary>
    public static UInt128 KeyOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return OperatorRoster.KeyOf(certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }
}
