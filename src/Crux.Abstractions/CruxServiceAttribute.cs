namespace Crux;

/// <summary>
/// Marks a static method as a service that runs its own points:
/// <c>static async Task Galumph2_3(CancellationToken quit, ChannelWriter&lt;Heartbeat[]&gt; alive, IServiceNetwork network)</c>.
/// </summary>
/// <param name="instance">The instance that the method implements, such as <c>galumph2_3</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CruxServiceAttribute(string instance) : Attribute
{
    /// <summary>The instance that the method implements.</summary>
    public string Instance { get; } = instance;
}
