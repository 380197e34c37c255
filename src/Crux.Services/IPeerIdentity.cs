using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Crux.Services;

/// <summary>Tells which node is calling: by its certificate on the peers' port, by a test's own word in tests.</summary>
public interface IPeerIdentity
{
    /// <summary>The calling node; false where nothing proves one, and then <paramref name="problem"/> says what is missing.</summary>
    bool TryRead(ServerCallContext context, out NodeId node, [NotNullWhen(false)] out string? problem);
}
