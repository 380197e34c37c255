using Google.Protobuf;

namespace Crux.Client.Hosting;

/// <summary>What can be asked to drain and quit: an application with services, or a service that runs its own points.</summary>
internal interface IQuittable
{
    /// <summary>The node that it runs on; null until that is known.</summary>
    ByteString? Node { get; }

    /// <summary>Begins to drain and returns.</summary>
    void Quit(string caller, string reason, TimeSpan? grace);
}
