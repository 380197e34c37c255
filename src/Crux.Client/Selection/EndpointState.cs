namespace Crux.Client.Selection;

internal enum EndpointState
{
    /// <summary>Never reached yet, and not failed either.</summary>
    Connecting,

    /// <summary>A connection has carried an answer.</summary>
    Ready,

    /// <summary>The newest connection failed or was lost; tried again with backoff.</summary>
    Failed,

    /// <summary>Takes no more calls, and closes once those it has are done.</summary>
    Retired,
}
