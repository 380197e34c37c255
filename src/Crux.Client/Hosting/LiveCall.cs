using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Crux.Client.Hosting;

/// <summary>A call that is being served.</summary>
internal sealed class LiveCall(HttpContext context, PeerConnection peer, int target)
{
    // HTTP/2's INADEQUATE_SECURITY, which gRPC reads as PERMISSION_DENIED: the one code that says why to a caller in the middle of a stream.
    private const int PermissionDenied = 0xC;

    private int _isEnded;

    public PeerConnection Peer { get; } = peer;

    /// <summary>Which of the process's services is called.</summary>
    public int Target { get; } = target;

    public string Path { get; } = context.Request.Path.Value ?? "";

    /// <summary>Where it stands among all, so that it can be taken out at once: of <see cref="LiveCalls"/>, under its lock.</summary>
    public LiveCall? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public LiveCall? Newer { get; set; }

    /// <summary>Whether the rules have ended it.</summary>
    public bool IsEnded => Volatile.Read(ref _isEnded) != 0;

    /// <summary>Ends the call, wherever its handler is: nothing more reaches the caller, and the handler's token is cancelled.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            return;
        if (context.Features.Get<IHttpResetFeature>() is { } stream)
            stream.Reset(PermissionDenied);
        else
            context.Abort();
    }
}
