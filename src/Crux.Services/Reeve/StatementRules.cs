using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Crux.Machines.Registry;
using Crux.Machines.Trust;
using Crux.Protos;

namespace Crux.Services.Reeve;

/// <summary>What a process may have signed.</summary>
internal static class StatementRules
{
    /// <summary>The largest public key that is looked at.</summary>
    public const int MaxPublicKeyBytes = 256;

    /// <summary>The most instances that share an endpoint, beyond the first.</summary>
    public const int MaxAlso = 64;

    /// <summary>Goes before a statement's bytes when they are signed, so that a signature made for something else never fits.</summary>
    public static ReadOnlySpan<byte> Context => "crux identity v1\0"u8;

    /// <summary>Makes the statement that <paramref name="request"/> asks for, or says what is wrong and what would be right.</summary>
    public static bool TryRead(
        EnrollRequest request, LocalNode self, KeyGeneration generation, uint acknowledged, DateTimeOffset now, [NotNullWhen(true)] out IdentityStatement? statement, [NotNullWhen(false)] out string? problem)
    {
        statement = null;
        problem = FindProblem(request, self, out var endpoint);
        if (problem is not null)
            return false;
        statement = new IdentityStatement
        {
            Group = self.Group,
            Service = request.Service,
            Endpoint = endpoint,
            PublicKey = request.PublicKey,
            Destination = request.Destination,
            Also = { request.Also },
            Generation = generation.Number,
            OldestGeneration = generation.Oldest,
            Acknowledged = acknowledged,
            IssuedUnixMs = now.ToUnixTimeMilliseconds(),
        };
        return true;
    }

    /// <summary>Until when orders against keys of these names on this node are known to it; false where one says that none may be signed at all.</summary>
    public static bool TryAcknowledge(RuleSet rules, NodeId self, IEnumerable<string> names, out uint acknowledged, out string? banned)
    {
        (acknowledged, banned) = (0, null);
        var all = names.ToHashSet(StringComparer.Ordinal);
        foreach (var ban in rules.Bans)
        {
            if (ban.Node != self || !all.Contains(ban.Service))
                continue;
            acknowledged = Math.Max(acknowledged, ban.Since);
            if (ban is { IsForGood: true, To.Length: 0 })
                banned = ban.Service;
        }
        return banned is null;
    }

    private static string? FindProblem(EnrollRequest request, LocalNode self, out string endpoint)
    {
        endpoint = "";
        if (!NameRules.Holds(request.Service))
            return $"The name to enroll under needs {NameRules.InWords}: an instance that it serves, or a client's name.";
        if (request.Group.Length > 0 && request.Group != self.Group)
            return $"This node is in group '{self.Group}' only: leave the group empty.";
        if (!IsP256(request.PublicKey.Span))
            return "The public key can't be read: send the SubjectPublicKeyInfo (DER) of a P-256 key.";
        if (request.Destination.Length > 0)
            return FindCallerProblem(request);
        if (request.Also.Count > MaxAlso || !request.Also.All(NameRules.Holds))
            return $"The further instances can't be used: at most {MaxAlso}, and each needs {NameRules.InWords}.";
        if (request.Endpoint.Length == 0)
            return null;
        if (!NetAddress.TryParse(request.Endpoint, out var address))
            return "The endpoint can't be read: send address and port, such as '0.0.0.0:41234', or nothing for a client.";
        endpoint = (address.IsAny ? self.Address.WithPort(address.Port) : address).ToString();
        return null;
    }

    private static string? FindCallerProblem(EnrollRequest request) =>
        request.Endpoint.Length > 0 || request.Also.Count > 0 ? "A key either serves or calls: name an endpoint or a destination, not both."
        : request.Destination.Length != KeyHash.SizeBytes ? $"The destination can't be read: send the {KeyHash.SizeBytes} bytes of the called entry's key_hash."
        : null;

    private static bool IsP256(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        if (subjectPublicKeyInfo.Length is 0 or > MaxPublicKeyBytes)
            return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
            return read == subjectPublicKeyInfo.Length && key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        }
        // A curve that nobody knows is not a cryptographic error to the framework.
        catch (Exception problem) when (problem is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
