using Crux.Machines.Flock.Authority;
using Crux.Services.Operator;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Security;

/// <summary>
/// Stands before everything that the local server serves: an operator's call needs its role, and a connection from a distance reaches
/// an operator's calls alone, whatever else is served there.
/// </summary>
internal sealed class OperatorGate(OperatorBoard board, OperatorRole rootRole, OperatorRole groupRole, ILoggerFactory loggers)
{
    /// <summary>The one call of the reeve's that <c>crux</c> makes.</summary>
    private const string Lookup = "/crux.v1.Reeve/Find";

    /// <summary>Has processes take new keys. On this machine the map of users says whose; from a distance an operator may everybody's.</summary>
    private const string Turn = "/crux.v1.KeyTurns/Turn";

    private readonly OperatorReporter _reporter = new(loggers);

    /// <summary>Passes a call on, or answers it with why not.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "";
        var session = context.Features.Get<OperatorSession>();
        var needed = (session, path) switch
        {
            (not null, Lookup) => OperatorRole.View,
            (not null, Turn) => OperatorRole.Operate,
            _ => VerbRoles.For(path),
        };
        // A service's own calls over the socket: file permissions and the map of users guard those.
        if (session is null && needed is null)
            return next(context);
        var (who, role) = session is not null ? ($"Operator '{board.NameOf(session.Key)}'", board.RoleOf(session.Key)) : Local(context);
        if (needed is { } least && role >= least)
            return next(context);
        if (session is not null)
            _reporter.Refused(board.NameOf(session.Key), path);
        BareAnswer.Refuse(context, StatusCode.PermissionDenied, needed is null
            ? "That is for processes of this machine, over its Unix socket."
            : $"{who} has the role '{Word(role)}', and this takes '{Word(needed.Value)}'. {(session is not null ? "Ask whoever holds the root key; see 'crux operator list'." : "Run it as root, or set Crux:SocketGroupRole for whom the socket's group lets in.")}");
        return Task.CompletedTask;
    }

    private (string Who, OperatorRole Role) Local(HttpContext context)
    {
        var user = context.Features.Get<PeerProcess>()?.User ?? uint.MaxValue;
        return ($"User {user} of this machine", SecretFile.Trusts(user, Posix.EffectiveUser) ? rootRole : groupRole);
    }

    private static string Word(OperatorRole role) => role.ToString().ToLowerInvariant();
}
